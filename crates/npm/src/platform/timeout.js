// Timeouts of the caller's storage.

export const with_timeout = (value, ms) => {
  if (typeof value?.then !== "function") return value;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`edge-otp: no answer within ${ms} ms`)), ms);
    value.then(
      (result) => {
        clearTimeout(timer);
        resolve(result);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
};

export const ignore_rejection = (value) => {
  value?.then?.(undefined, () => {});
};
