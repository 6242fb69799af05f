import { defineKind } from "../../../devices/define-kind.ts";
import { speaker } from "../../../devices/kinds/speaker/kind.ts";
import { definitionOf } from "./definition-of.ts";

/** A second kind that sounds. No code names it: what asks for speakers asks what a kind can do. */
export const siren = defineKind({
  ...definitionOf(speaker),
  kind: "siren",
  title: { en: "Siren on a tower", zh: "警报塔" },
  source: "Made for tests, after the kind of the speakers: it reports what they do.",
});
