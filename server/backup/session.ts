import { Client } from 'pg'
import { connection } from '#db/database.ts'

/** The same value has the same text whatever the server is set to; a fingerprint is over texts. */
const sameTexts = `
  set extra_float_digits = 1;
  set bytea_output = 'hex';
  set intervalstyle = 'postgres';
  set xmlbinary = 'base64'`

/** A connection without the bounds of a server's statements: a table takes as long as it takes. */
export async function openSession(url: string): Promise<Client> {
  const client = new Client(connection(url, 'curtain-pact backup'))
  // one that breaks is told by the statement under way
  client.on('error', () => {})
  await client.connect()
  await client.query(sameTexts)
  return client
}
