import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type FormEvent, useState } from "react";
import { describe, expect, it, vi } from "vitest";
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

  it("sends no form around it, empty or not, and says what it does not take", async () => {
    const sent = vi.fn((event: FormEvent) => event.preventDefault());
    show(
      <form onSubmit={sent}>
        <Held />
        <button type="submit">加上</button>
      </form>,
    );
    const user = userEvent.setup();
    await user.type(screen.getByRole("combobox"), "{Enter}");
    await user.type(screen.getByRole("combobox"), "toaster{Enter}");
    expect(sent).not.toHaveBeenCalled();
    expect(screen.getByText("没有“toaster”，请从列出的里选")).toBeTruthy();
    await user.clear(screen.getByRole("combobox"));
    expect(screen.queryByText(/请从列出的里选/)).toBeNull();
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
