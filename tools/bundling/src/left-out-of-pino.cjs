// Stands in a bundle for pino's `lib/transport` and `lib/multistream`, which are functions in CommonJS, and for its serializers of
// HTTP requests and responses. A service logs to one stream, stdout, never through a worker thread, and serves no HTTP.
module.exports = function leftOutOfPino() {
  const error = new Error(
    "A service logs to stdout alone: pino's transports and multistreams are left out of its bundle",
  );
  throw Object.assign(error, { code: "LEFT_OUT_OF_PINO" });
};
