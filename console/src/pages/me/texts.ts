import { defineTexts } from "../../ui/texts.ts";

export const meTexts = defineTexts({ title: "账号与安全" }, { title: "Account and security" });
