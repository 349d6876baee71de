// edge-otp/slim: the same, for hosts to which the wasm must be passed.
export * from "./index.js";

/**
 * Says where the wasm is: a compiled `WebAssembly.Module`, its bytes, or a function that gives either when it is first
 * needed. Call it once, before anything else. The file is exported as `edge-otp/edge-otp.wasm`.
 *
 * @example
 * import module from "edge-otp/edge-otp.wasm";
 * init(module);
 */
export declare function init(wasm: object | (() => object)): void;
