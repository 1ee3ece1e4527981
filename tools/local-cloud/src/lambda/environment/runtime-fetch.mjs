// Clients that build AWS's host names themselves, such as those of SST's own library, know no AWS_ENDPOINT_URL. What they sign with the
// local cloud's credentials can be meant for nobody else.

const SIGNER = /(?:^|[\s,?&])(?:X-Amz-)?Credential=([^/%,\s&]+)/;
const AWS_HOST = /\.amazonaws\.com(?:\.cn)?$/;
const BUCKET_HOST = /^(.+)\.s3[.-](?:.+\.)?amazonaws\.com/;

/** Has `fetch` send what is signed with these credentials, and addressed to AWS, to the local cloud. */
export function redirectFetch({ AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: accessKeyId }) {
  if (endpoint === undefined || accessKeyId === undefined) return;
  const native = globalThis.fetch;

  function localUrl({ hostname, pathname, search }, authorization) {
    if (SIGNER.exec(authorization ?? search)?.[1] !== accessKeyId) return undefined;
    const bucket = BUCKET_HOST.exec(hostname)?.[1];
    return new URL(`${bucket === undefined ? "" : `/${bucket}`}${pathname}${search}`, endpoint);
  }

  globalThis.fetch = async function fetch(input, init) {
    // Most calls are none to AWS, and are left untouched.
    if (!AWS_HOST.test(URL.parse(input?.url ?? input)?.hostname)) return native(input, init);
    const request = new Request(input, init);
    const url = localUrl(new URL(request.url), request.headers.get("authorization"));
    if (url === undefined) return native(request);
    const { method, headers, signal, redirect } = request;
    // Whole, as its sender would have sent it: services ask for its length.
    const body = request.body === null ? undefined : await request.arrayBuffer();
    return native(url, { method, headers, signal, redirect, body });
  };
}
