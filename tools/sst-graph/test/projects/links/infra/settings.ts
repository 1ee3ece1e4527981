import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { today } from "./legacy.cjs";

export const settings = new sst.Linkable("Settings", {
  properties: {
    greeting: process.env.GREETING ?? "hello",
    today: today(),
    here: join(fileURLToPath(import.meta.url), "..") !== "",
  },
  include: [sst.aws.permission({ actions: ["s3:GetObject"], resources: ["*"] })],
});
