import { deliveryRules } from "./delivery-rules.ts";
import { permissionRules } from "./permission-rules.ts";
import { resourceRules } from "./resource-rules.ts";
import type { Rule } from "./rule.ts";
import { stageRules } from "./stage-rules.ts";

/** Every protective setting that the graph of any stage is held to; `alarmRules` come on top where a stage is watched. */
export const rules: readonly Rule[] = [...deliveryRules, ...permissionRules, ...resourceRules, ...stageRules];
