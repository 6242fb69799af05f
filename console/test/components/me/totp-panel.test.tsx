import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { TotpPanel } from "../../../src/pages/me/totp-panel.tsx";
import { show, stubPlatform } from "../platform-stub.tsx";

const SECRET = "JBSWY3DPEHPK3PXP";

describe("setting up a second factor", () => {
  it("shows the secret only while it is being set up", async () => {
    const uri = `otpauth://totp/x?secret=${SECRET}`;
    const asked = stubPlatform({ "POST /v1/me/totp": { secret: SECRET, uri } });
    show(<TotpPanel />);
    const user = userEvent.setup();
    await user.click(screen.getByRole("button", { name: "设置第二因素" }));
    await user.type(screen.getByLabelText("先输入密码"), "a long password");
    await user.click(screen.getByRole("button", { name: "设置第二因素" }));
    await screen.findByText(SECRET);
    expect(asked[0]!.body).toEqual({ password: "a long password" });
    await user.click(screen.getByRole("button", { name: "先不设置" }));
    expect(screen.queryByText(SECRET)).toBeNull();
    expect(screen.queryByRole("img")).toBeNull();
  });
});
