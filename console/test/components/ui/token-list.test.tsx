import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import { TokenList } from "../../../src/ui/token-list.tsx";
import { show } from "../platform-stub.tsx";

const KINDS = [
  { value: "gas-meter", label: "燃气表" },
  { value: "speaker", label: "大喇叭" },
];

function Held({ free, start = [] }: { free?: boolean; start?: readonly string[] }) {
  const [values, setValues] = useState(start);
  return (
    <>
      <TokenList label="类型" values={values} onChange={setValues} suggestions={KINDS} free={free === true} />
      <output>{values.join(" ")}</output>
    </>
  );
}
const held = () => screen.getByRole("status").textContent;

describe("a list of values, by keyboard", () => {
  it("takes what is named with Enter or a comma, each once", async () => {
    show(<Held />);
    const user = userEvent.setup();
    await user.type(screen.getByRole("combobox", { name: "类型" }), "speaker{Enter}gas-meter,speaker{Enter}");
    expect(held()).toBe("speaker gas-meter");
  });

  it("takes a name that was chosen whole", async () => {
    show(<Held />);
    await userEvent.type(screen.getByRole("combobox"), "燃气表");
    expect(held()).toBe("gas-meter");
  });

  it("takes nothing else, unless it may be typed", async () => {
    const { unmount } = show(<Held />);
    await userEvent.type(screen.getByRole("combobox"), "toaster{Enter}");
    expect(held()).toBe("");
    unmount();
    show(<Held free />);
    await userEvent.type(screen.getByRole("combobox"), "toaster{Enter}");
    expect(held()).toBe("toaster");
  });

  it("gives the last back with Backspace in an empty field, and any by its button", async () => {
    show(<Held start={["speaker", "gas-meter", "camera"]} />);
    const user = userEvent.setup();
    await user.type(screen.getByRole("combobox"), "x{Backspace}");
    expect(held()).toBe("speaker gas-meter camera");
    await user.keyboard("{Backspace}");
    expect(held()).toBe("speaker gas-meter");
    await user.click(screen.getByRole("button", { name: "去掉 大喇叭" }));
    expect(held()).toBe("gas-meter");
  });
});
