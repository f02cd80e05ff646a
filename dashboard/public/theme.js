// Before the first paint, so that a dark room never flashes white. A file of its own: a strict CSP allows it.
;(function () {
  var chosen = kept()
  var dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'

  function kept() {
    try {
      return localStorage.getItem('theme')
    } catch {
      return null // A browser that keeps nothing follows the system.
    }
  }
})()
