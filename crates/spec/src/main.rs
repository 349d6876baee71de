//! x
fn main() {
    edge_otp_spec::t()
}
