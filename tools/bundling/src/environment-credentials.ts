import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * Stands in a bundle for the SDK's chain of credential providers. Lambda, and the local cloud, pass a function its
 * credentials by environment variables (AWS: "Defined runtime environment variables") and never in another way; the
 * chain's profiles, single sign-on, container and instance endpoints are a third of a bundle that no function runs.
 */
export const defaultProvider = () => fromEnv();
