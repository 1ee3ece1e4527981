/** Histories of each strategy over the memory store. A failure prints its seed and the smallest history that fails. */
export const HISTORIES = 2_000;
/** The same in `npm run test:deep`; the environment variable `DOORBELL_HISTORIES` asks for more. */
export const LONG_HISTORIES = Number(process.env["DOORBELL_HISTORIES"] ?? 30_000);
/** Histories of each strategy over DynamoDB Local. */
export const HISTORIES_ON_DYNAMODB = 25;
/** The same in `npm run test:deep`. */
export const LONG_HISTORIES_ON_DYNAMODB = 200;
/** Histories after which a broken guard must have shown; each shows within some hundreds. */
export const HISTORIES_TO_FIND_A_FAULT = 20_000;
/** For a busy machine; a file takes seconds. */
export const TIMEOUT_MS = 120_000;
