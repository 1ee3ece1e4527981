/** S3 in a process of its own, so that its memory can be measured: says where it is, and at each line of input its peak in MB. */
import { once } from "node:events";
import { createInterface } from "node:readline";
import { startS3 } from "./s3-fixture.ts";

const s3 = await startS3(process.argv[2]);
process.stdout.write(`${s3.origin}\n`);
const lines = createInterface(process.stdin);
lines.on("line", () => process.stdout.write(`${Math.round(process.resourceUsage().maxRSS / 1024)}\n`));
await once(lines, "close");
await s3.stop();
