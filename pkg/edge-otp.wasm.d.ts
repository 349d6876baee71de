// edge-otp/edge-otp.wasm, as bundlers for Workers import it.
declare const module: object;
export default module;
