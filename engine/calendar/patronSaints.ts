/**
 * Patron saints of the largest cities, as a suggestion; every shop may name its own day.
 *
 * Runs in the editor's form too (see weeklyHours.ts). Source: the feasts as the municipalities keep them, fixed days only.
 */

/** `PatronSaint` of a city. `day`: day/month, as an Italian writes it. */
export interface PatronSaint {
  readonly city: string;
  readonly day: string;
  readonly saint: string;
}

/** `PATRON_SAINTS` lists the feasts of fixed days. */
export const PATRON_SAINTS: readonly PatronSaint[] = [
  { city: 'Roma', day: '29/06', saint: 'Santi Pietro e Paolo' },
  { city: 'Milano', day: '07/12', saint: 'Sant’Ambrogio' },
  { city: 'Napoli', day: '19/09', saint: 'San Gennaro' },
  { city: 'Torino', day: '24/06', saint: 'San Giovanni' },
  { city: 'Palermo', day: '15/07', saint: 'Santa Rosalia' },
  { city: 'Genova', day: '24/06', saint: 'San Giovanni' },
  { city: 'Bologna', day: '04/10', saint: 'San Petronio' },
  { city: 'Firenze', day: '24/06', saint: 'San Giovanni' },
  { city: 'Bari', day: '06/12', saint: 'San Nicola' },
  { city: 'Catania', day: '05/02', saint: 'Sant’Agata' },
  { city: 'Verona', day: '21/05', saint: 'San Zeno' },
  { city: 'Venezia', day: '25/04', saint: 'San Marco' },
  { city: 'Messina', day: '03/06', saint: 'Madonna della Lettera' },
  { city: 'Padova', day: '13/06', saint: 'Sant’Antonio' },
  { city: 'Trieste', day: '03/11', saint: 'San Giusto' },
  { city: 'Parma', day: '13/01', saint: 'Sant’Ilario' },
  { city: 'Brescia', day: '15/02', saint: 'Santi Faustino e Giovita' },
  { city: 'Prato', day: '26/12', saint: 'Santo Stefano' },
  { city: 'Taranto', day: '10/05', saint: 'San Cataldo' },
  { city: 'Modena', day: '31/01', saint: 'San Geminiano' },
  { city: 'Reggio Emilia', day: '24/11', saint: 'San Prospero' },
  { city: 'Perugia', day: '29/01', saint: 'San Costanzo' },
  { city: 'Bergamo', day: '26/08', saint: 'Sant’Alessandro' },
  { city: 'Cagliari', day: '30/10', saint: 'San Saturnino' },
];

/** `saintOf` names the saint of a day/month; a day that no city of the list keeps has none. */
export function saintOf(day: string): string | undefined {
  return PATRON_SAINTS.find((feast) => feast.day === day)?.saint;
}
