// An object, not a text: Workers Logs indexes the fields of objects only. Where the log is printed, by `wrangler dev` and
// workerd, it is the JSON text: formatting each field there would cost more than the rest of a refused request.
const inspect = Symbol.for("nodejs.util.inspect.custom");

export const log_request = (is_error, text) => {
  const line = Object.defineProperty(JSON.parse(text), inspect, { value: () => text });
  (is_error ? console.error : console.log)(line);
};

// A data point of Analytics Engine in one call; the `worker` crate's builder makes one for each value.
export const add_data_point = (dataset, index, blobs, doubles) =>
  dataset.writeDataPoint({ indexes: [index], blobs, doubles: [...doubles] });
