window.terminal.onScreenful((s) => {
  document.body.textContent = s.view.kind;
  window.terminal.painted(s.viewId);
});
