// What `tsdown.config.ts` carries along of fauxqs, with our patch in it.
export { PersistenceManager, S3Store, SnsStore, SqsStore, buildApp } from "fauxqs";
