/* Takes the chosen colours before anything is drawn: a plain script, so that nothing flashes. */
{
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
}
