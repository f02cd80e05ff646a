export type Packages = 'production' | 'full'
export type LockEntry = {
  version?: string
  integrity?: string
  dev?: boolean
  devOptional?: boolean
  optional?: boolean
  link?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
}
export function packagesAreMissing(folder: string, packages: Packages): boolean
export function packagesToInstall(folder: string, packages: Packages): Packages | undefined
export function missing(of: {
  locked: Record<string, LockEntry>
  installed: Record<string, LockEntry>
  packages: Packages
  machine: { platform: string; arch: string }
}): string[]
