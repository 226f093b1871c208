// Offers: what a field may be picked from follows what is written in the form, so that a thing of a long
// list is found by a word of its name, and one that lies within another once that one is chosen. Without
// a script the form offers what there is when it is loaded, and whatever is not offered can be written.

type Choice = { value: string; title: string };
type Input = { name: string; choices: Choice[] };

const ASK_MS = 200; // after the last key, before the server is asked

export function followOffers(): void {
  let timer: number | undefined;
  let asked = 0;
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || field.dataset.asks === undefined || !field.form) return;
    const form = field.form;
    window.clearTimeout(timer);
    timer = window.setTimeout(async () => {
      const mine = ++asked;
      const inputs = await offers(form);
      if (mine === asked) inputs.forEach((one) => renew(form, one));
    }, ASK_MS);
  });
}

/** The fields of the form as the server fills them for what is written so far; none when it is away. */
async function offers(form: HTMLFormElement): Promise<Input[]> {
  const given = new URLSearchParams();
  form.querySelectorAll<HTMLInputElement>("input[list]").forEach((one) => given.set(one.name, one.value));
  try {
    const answer = await fetch(`${form.dataset.offers ?? ""}?${given}`);
    return answer.ok ? ((await answer.json()) as { inputs: Input[] }).inputs : [];
  } catch {
    return []; // the banner says that the server is away
  }
}

function renew(form: HTMLFormElement, input: Input): void {
  const list = form.querySelector<HTMLDataListElement>(`#offered-${input.name}`);
  list?.replaceChildren(...input.choices.map(option));
}

function option(choice: Choice): HTMLOptionElement {
  const made = document.createElement("option");
  made.value = choice.value;
  if (choice.title) made.label = choice.title;
  return made;
}
