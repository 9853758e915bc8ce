function (newDoc, oldDoc, userCtx) {
  if (newDoc._deleted || newDoc.type !== 'contact') return;
  if (!newDoc.name) throw { forbidden: 'A contact has a name.' };
  if (!/^[^@\s]+@[^@\s]+$/.test(newDoc.email)) throw { forbidden: 'That is no address: ' + newDoc.email };
  if (oldDoc && oldDoc.by !== newDoc.by) throw { forbidden: 'Who added it stays.' };
}
