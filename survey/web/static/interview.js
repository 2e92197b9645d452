// What a script adds to a page that works without: the focus goes to the errors; questions can be heard where
// the device has a voice of its own for the language (none that sends the text elsewhere), and only on request.
const faults = document.getElementById("faults");
if (faults) faults.focus();

const { lang, dataset } = document.documentElement;
const speech = window.speechSynthesis;

function voice() {
  return speech.getVoices().find((one) => one.localService && one.lang.toLowerCase().startsWith(lang));
}

// The text of a part with a stop at its end, so that the voice pauses there.
function sentence(part) {
  const text = part.textContent.replace(/\s+/g, " ").trim();
  return /[.?!:;]$/.test(text) ? text : `${text}.`;
}

function read(parts) {
  const said = new SpeechSynthesisUtterance(parts.map(sentence).join(" "));
  said.lang = lang;
  said.voice = voice();
  speech.cancel();
  speech.speak(said);
}

// On the web: a button after each question, for readers who asked for it.
function offerBesideQuestions() {
  if (!voice() || document.querySelector(".listen")) return;
  for (const question of document.querySelectorAll("fieldset, .item")) {
    const asked = question.querySelector("legend, .question");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "second listen";
    button.textContent = dataset.listen;
    button.addEventListener("click", () => read([asked, ...question.querySelectorAll(".answer label")]));
    asked.after(button);
  }
}

// At a kiosk: one button among the tools, which the page brings along hidden. A second press stops.
const tool = document.getElementById("listen");

function offerTool() {
  tool.hidden = !voice();
}

function press() {
  if (speech.speaking) speech.cancel();
  else read([...document.querySelectorAll("[data-read]")].filter((part) => part.closest("[lang]").lang === lang));
}

if (speech && (tool || dataset.listen)) {
  const offer = tool ? offerTool : offerBesideQuestions;
  offer();
  speech.addEventListener("voiceschanged", offer);
  if (tool) tool.addEventListener("click", press);
  window.addEventListener("pagehide", () => speech.cancel());
}
