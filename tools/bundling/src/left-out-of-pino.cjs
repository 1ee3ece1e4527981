// Stands in a bundle for pino's `lib/transport`, `lib/multistream` and `lib/redaction`, which are functions in CommonJS, and for
// serializers that nothing here uses: of HTTP requests and responses, and one more of errors. A service logs to one stream, stdout,
// never through a worker thread, and the logger redacts by itself.
module.exports = function leftOutOfPino() {
  const error = new Error(
    "A service logs to stdout alone, and its logger redacts: pino's transports, multistreams, redaction and serializers are left out of its bundle",
  );
  throw Object.assign(error, { code: "LEFT_OUT_OF_PINO" });
};
