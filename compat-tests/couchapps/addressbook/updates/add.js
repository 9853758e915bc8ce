function (doc, req) {
  if (doc) return [null, { code: 409, body: 'There is one already.' }];
  return [
    { _id: req.uuid, type: 'contact', name: req.form.name, email: req.form.email, by: req.userCtx.name },
    { code: 303, headers: { Location: './' }, body: '' },
  ];
}
