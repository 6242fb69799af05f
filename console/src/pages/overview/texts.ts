import { defineTexts } from "../../ui/texts.ts";

export const overviewTexts = defineTexts({ title: "总览" }, { title: "Overview" });
