import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** RFC 7914 with N=2^15, r=8, p=1 (OWASP's second choice): about 0.1 s and 32 MiB for one hash. */
const cost = { N: 2 ** 15, r: 8, p: 1 }
const saltBytes = 16
const hashBytes = 32
/** scrypt needs 128·N·r bytes and a little more; without this Node refuses at 32 MiB. */
const memoryBytesMax = 64 * 1024 * 1024
/** Two of libuv's four threads and 64 MiB at most, however many people sign in at once. */
const hashesAtOnceMax = 2

/** A salted hash, `scrypt$N$r$p$salt$hash`, that `fitsPassword` understands. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const hash = await derive(password, salt)
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

/**
 * Whether the password belongs to the stored hash. Null, for a login that does not exist or cannot sign in,
 * takes just as long and is false, so that the time says nothing about who has an account.
 */
export async function fitsPassword(password: string, stored: string | null): Promise<boolean> {
  const [name, N, r, p, salt, hash] = (stored ?? '').split('$')
  const known = name === 'scrypt' && Number(N) === cost.N && Number(r) === cost.r && Number(p) === cost.p
  const expected = known && hash ? Buffer.from(hash, 'base64url') : Buffer.alloc(hashBytes)
  const found = await derive(
    password,
    known && salt ? Buffer.from(salt, 'base64url') : Buffer.alloc(saltBytes),
  )
  return expected.length === found.length && timingSafeEqual(expected, found) && known
}

async function derive(password: string, salt: Buffer): Promise<Buffer> {
  await turn()
  try {
    return await scrypted(password, salt)
  } finally {
    leave()
  }
}

const scrypted = (password: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(password.normalize('NFKC'), salt, hashBytes, { ...cost, maxmem: memoryBytesMax }, (error, hash) =>
      error ? reject(error) : resolve(hash),
    ),
  )

let running = 0
const waiting: (() => void)[] = []

async function turn(): Promise<void> {
  if (running < hashesAtOnceMax) {
    running += 1
    return
  }
  await new Promise<void>((resolve) => waiting.push(resolve))
}

/** Hands the place to the next in line, or frees it. */
function leave(): void {
  const next = waiting.shift()
  if (next) next()
  else running -= 1
}
