function(ctx) {
  to: ctx.recipient,
  text: ctx.body,
  kind: ctx.template_type,
  code: std.get(
    ctx.template_data,
    'login_code',
    std.get(ctx.template_data, 'registration_code', std.get(ctx.template_data, 'verification_code', null))
  ),
}
