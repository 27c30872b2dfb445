import { hostileTexts } from "./hostile-text.ts";
import { activePeople, agents, mainSubject, type Person } from "./people.ts";
import type { Random } from "./random.ts";
import { dayMs, number, type Row, timestamp } from "./row.ts";

const questions = [
  "My build stops after ten minutes",
  "How do I move an app to another region?",
  "Which addresses do your servers call from?",
  "The invoice shows an app I deleted",
] as const;
const replies = [
  "Thank you for writing. We are looking into it and will be back within a day.\n\nVekora Support",
  "We found the cause and deployed a fix. Could you try again, please?\n\nVekora Support",
  "Glad to hear it. We close this ticket now; just reply to open it again.\n\nVekora Support",
] as const;

export function ticketsAndMessages(random: Random): { tickets: Row[]; messages: Row[] } {
  const tickets: Row[] = [];
  const messages: { sentAt: number; row: Row }[] = [];
  const subjectLines = hostileTexts.filter((text) => text.length < 200);
  let written = 0;
  const write = (): string => {
    const hostile = written % 2 === 0 ? hostileTexts[written / 2] : undefined;
    written++;
    return hostile ?? random.pick(questions);
  };

  const owners = random.shuffle(
    activePeople.flatMap((person) => Array<Person>(person.id === mainSubject ? 30 : 9).fill(person)),
  );
  for (const [index, person] of owners.entries()) {
    const isMain = person.id === mainSubject;
    const id = `tic_${number(index + 1, 5)}`;
    const opened = Date.UTC(2022, 7, 1) + Math.floor((index / owners.length) * 1200 * dayMs);
    const agent = random.chance(0.9) ? random.pick(agents) : null;
    const count = agent === null ? random.integer(1, 2) : random.integer(3, 11);
    let sentAt = opened;
    for (let turn = 0; turn < count; turn++) {
      const answerer = agent !== null && turn % 3 === 2 ? (random.chance(0.2) ? random.pick(agents) : agent) : null;
      messages.push({
        sentAt,
        row: {
          account_id: person.id,
          ticket_id: id,
          author_role: answerer === null ? "customer" : "agent",
          agent_id: answerer?.id ?? null,
          agent_name: answerer?.name ?? null,
          body: answerer !== null ? random.pick(replies) : isMain ? write() : random.pick(questions),
          attachments_count: random.chance(0.5) ? random.integer(0, 3) : null,
          sent_at: timestamp(sentAt, random.integer(0, 999)),
        },
      });
      sentAt += random.integer(60_000, 2 * dayMs);
    }
    const closed = random.chance(0.8);
    tickets.push({
      id,
      account_id: person.id,
      subject_line: (isMain && subjectLines.shift()) || random.pick(isMain ? ["", ...questions] : questions),
      status: closed ? random.pick(["solved", "closed"]) : random.pick(["open", "pending"]),
      priority: random.pick(["low", "normal", "normal", "high", "urgent"]),
      channel: random.pick(["web", "email", "chat", "phone"]),
      assigned_agent_id: agent?.id ?? null,
      satisfaction_rating: closed && random.chance(0.5) ? random.integer(1, 5) : null,
      created_at: timestamp(opened),
      updated_at: timestamp(sentAt),
      closed_at: closed ? timestamp(sentAt) : null,
    });
  }
  // Keys follow time, so that the messages of all tickets lie interleaved.
  messages.sort((a, b) => a.sentAt - b.sentAt);
  return { tickets, messages: messages.map(({ row }, index) => ({ id: `msg_${number(index + 1, 6)}`, ...row })) };
}
