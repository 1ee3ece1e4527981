// Kills process groups when the process that named them is gone, however it ended: its end of our stdin closes.
// Lines: "+pid" to watch a group, "-pid" when it has ended by itself.
import { createInterface } from "node:readline";

const groups = new Set();
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const pid = Number(line.slice(1));
  if (!Number.isInteger(pid) || pid <= 1) return;
  if (line.startsWith("+")) groups.add(pid);
  else groups.delete(pid);
});
lines.on("close", () => {
  for (const pid of groups) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // Gone already.
    }
  }
});
