-- What the service needs, and a shop with two people in it. Run again it changes nothing.
select pg_advisory_xact_lock(1);

create table if not exists requests (
  id uuid primary key,
  account text not null, -- whose session it was asked in; it stands in no record, no log and no URL
  revision integer not null,
  record jsonb not null,
  is_open boolean not null,
  progress jsonb, -- how many records are safe, of how many
  look_at timestamptz, -- when a worker must look after it again; null for never
  asked_at timestamptz not null default now()
);
-- Who asks twice gets the request that is open.
create unique index if not exists one_open_request on requests (account) where is_open;
create index if not exists requests_to_look_at on requests (look_at);

create table if not exists request_log (number bigint primary key, line text not null);

create table if not exists accounts (id text primary key, name text not null, email text not null, created_at timestamptz not null);
create table if not exists orders (
  id integer primary key,
  account_id text not null references accounts,
  article text not null,
  cents integer not null,
  ordered_at timestamptz not null
);
create index if not exists orders_of_account on orders (account_id, id);

insert into accounts values
  ('ada', 'Ada Byron', 'ada@shop.example', '2024-02-01T09:00:00Z'),
  ('bob', 'Bob Lines', 'bob@shop.example', '2025-06-11T17:30:00Z')
  on conflict do nothing;
insert into orders
  select n, case when n % 4 = 0 then 'bob' else 'ada' end, 'Article ' || n % 90, n % 5000, timestamptz '2024-02-02Z' + n * interval '3 hours'
  from generate_series(1, 4000) n
  on conflict do nothing;
