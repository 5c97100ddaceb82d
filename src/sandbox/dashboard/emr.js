// Opens an app in a full-screen dialog; without this script the app opens in a tab only.
for (const form of document.querySelectorAll('form[data-opens]')) {
  const dialog = document.getElementById(form.dataset.opens)
  const frame = dialog.querySelector('iframe')
  form.hidden = false
  form.addEventListener('submit', () => dialog.showModal())
  dialog.querySelector('[data-closes]').addEventListener('click', () => dialog.close())
  dialog.addEventListener('close', () => {
    frame.src = 'about:blank'
  })
}
