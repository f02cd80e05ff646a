/** The database cannot be opened; the message says why, in a sentence or two for whoever starts the service. */
export class EmbeddedRefused extends Error {
  override name = 'EmbeddedRefused'
}
