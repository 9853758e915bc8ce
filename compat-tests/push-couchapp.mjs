// Puts one of the couchapps into a database: node compat-tests/push-couchapp.mjs addressbook http://admin:password@127.0.0.1:5984/people
import { pushCouchapp } from './lib/couchapp.mjs';

const [name, database] = process.argv.slice(2);
if (!name || !database) {
  console.error('usage: node compat-tests/push-couchapp.mjs NAME DATABASE_URL');
  process.exit(2);
}
await pushCouchapp(name, database);
console.log(`${database.replace(/\/\/[^@/]*@/, '//')}/_design/${name}/_rewrite/`);
