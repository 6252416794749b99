/**
 * Words of the pages for signing in and out, in every language they come in.
 */
export interface SignInWords {
  readonly title: string;
  readonly password: string;
  readonly enter: string;
  readonly enterByProvider: string;
  readonly leave: string;
  readonly leaveTitle: string;
  readonly wrong: string;
  readonly wait: (seconds: number) => string;
  readonly providerAway: string;
  readonly providerRefused: string;
  readonly noRole: (who: string) => string;
  readonly dashboardOnly: string;
  readonly goOn: string;
}

export type SignInLanguage = 'it' | 'en-US';

export const SIGN_IN_WORDS: Readonly<Record<SignInLanguage, SignInWords>> = {
  it: {
    title: 'Entra in Bottega',
    password: 'Password',
    enter: 'Entra',
    enterByProvider: 'Entra con il tuo account',
    leave: 'Esci',
    leaveTitle: 'Uscire da Bottega?',
    wrong: 'La password non è giusta.',
    wait: (seconds) => `Troppi tentativi sbagliati: riprova fra ${String(seconds)} s.`,
    providerAway: 'Il servizio che riconosce gli account non risponde. Riprova fra poco.',
    providerRefused: 'L’accesso con l’account non è riuscito. Riprova.',
    noRole: (who) => `Questo account (${who}) non ha il permesso di entrare. Lo dà chi gestisce Bottega.`,
    dashboardOnly: 'Con questo account si vede solo il cruscotto.',
    goOn: 'Continua',
  },
  'en-US': {
    title: 'Sign in to Bottega',
    password: 'Password',
    enter: 'Sign in',
    enterByProvider: 'Sign in with your account',
    leave: 'Sign out',
    leaveTitle: 'Sign out of Bottega?',
    wrong: 'The password is wrong.',
    wait: (seconds) => `Too many wrong attempts: try again in ${String(seconds)} s.`,
    providerAway: 'The service that knows the accounts does not answer. Try again shortly.',
    providerRefused: 'Signing in with the account did not work. Try again.',
    noRole: (who) => `This account (${who}) is not allowed in. Whoever runs Bottega can allow it.`,
    dashboardOnly: 'This account can see the dashboard only.',
    goOn: 'Continue',
  },
};

/** The first language of the browser that there is; Italian where there is none. */
export function languageOf(accepted: string | undefined): SignInLanguage {
  const first = (accepted ?? '').toLowerCase().split(',').map((each) => each.trim().slice(0, 2)).find((each) => each === 'it' || each === 'en');
  return first === 'en' ? 'en-US' : 'it';
}
