/**
 * Values that sensors and the boards that read them send when they have none, for a quantity's `sentinels`. None of
 * them may be a possible value of the quantity.
 */

/** Written by loggers and drivers where there is no value. */
export const NO_DATA = [-9999, -999, 9999] as const;

/**
 * The DS18B20 shows 85 °C after power-on until its first conversion (datasheet, "Operation: measuring temperature"),
 * and drivers say -127 when it is not on the wire. Only where the quantity cannot be 85 °C.
 */
export const DS18B20 = [85, -127] as const;

/**
 * The ends of a 16-bit word, in a quantity whose words count `1 / 10 ** decimals` of its unit: 0x7FFF, 0x8000, 0xFFFF.
 */
export const int16 = (decimals: number): number[] =>
  [0x7fff, -0x8000, 0x8000, 0xffff].map((word) => word / 10 ** decimals);
