import { readFile } from "node:fs/promises";
import { Resource } from "sst";
import query from "./query.sql";

export const handler = async () => ({
  app: Resource.App,
  settings: Resource.MySettings,
  token: Resource.MyToken.value,
  greeting: process.env["GREETING"],
  query: query.trim(),
  words: (await readFile("words.txt", "utf8")).trim(),
});
