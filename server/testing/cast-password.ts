// One password for the whole cast: the 0.1 s of scrypt are paid once a process, not for every person and test.
import { hashPassword } from '../api/password.ts'

export const castPassword = 'window-flower-8'

let hashed: Promise<string> | undefined

/** The stored form of `castPassword`. */
export const castPasswordHash = (): Promise<string> => (hashed ??= hashPassword(castPassword))
