// What a script adds to a page that works without: the focus goes to the errors; questions can be heard where
// the reader asked for it and the device has a voice of its own (none that sends the text elsewhere).
const faults = document.getElementById("faults");
if (faults) faults.focus();

const { lang, dataset } = document.documentElement;
const speech = window.speechSynthesis;

function voice() {
  return speech.getVoices().find((one) => one.localService && one.lang.toLowerCase().startsWith(lang));
}

function read(button, question) {
  const words = [question.querySelector("legend, .question").textContent];
  for (const label of question.querySelectorAll(".answer label")) words.push(label.textContent);
  const said = new SpeechSynthesisUtterance(words.join(". "));
  said.lang = lang;
  said.voice = voice();
  speech.cancel();
  speech.speak(said);
}

function offer() {
  if (!voice() || document.querySelector(".listen")) return;
  const word = dataset.listen;
  for (const question of document.querySelectorAll("fieldset, .item")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "second listen";
    button.textContent = word;
    button.addEventListener("click", () => read(button, question));
    question.querySelector("legend, .question").after(button);
  }
}

if (speech && dataset.listen) {
  offer();
  speech.addEventListener("voiceschanged", offer);
}
