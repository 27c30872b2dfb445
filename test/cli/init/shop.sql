-- A shop, in the shape that Rails applications give one: prefixed tables, addresses beside orders, staff among the people.
create type order_state as enum ('cart', 'paid', 'shipped', 'it''s "gone"');
create domain email_address as text check (value ~ '@');
create domain tags as text[];
create schema audit;

create table shop_roles (id bigserial primary key, name varchar not null unique);
create table shop_users (
  id bigserial primary key,
  email email_address not null unique,
  encrypted_password varchar(128),
  reset_password_token varchar unique,
  reset_password_sent_at timestamp,
  sign_in_count integer not null default 0,
  birthday date,
  locale char(5),
  referred_by_id bigint references shop_users,
  ship_address_id bigint,
  preferences jsonb not null default '{}',
  labels tags,
  balance numeric(12, 2),
  score double precision,
  avatar bytea,
  last_seen timestamptz,
  seen_from inet,
  active_during tstzrange,
  full_name text generated always as (upper(locale)) stored
);
comment on table shop_users is 'Everybody who has signed up.';
comment on column shop_users.locale is 'The language of the letters we send.';
create table shop_role_users (role_id bigint not null references shop_roles, user_id bigint not null references shop_users, primary key (role_id, user_id));
create table shop_addresses (id bigserial primary key, firstname varchar, lastname varchar, address1 varchar, city varchar, zipcode varchar, phone varchar);
alter table shop_users add foreign key (ship_address_id) references shop_addresses;
create table shop_products (id bigserial primary key, name text not null, description text, search tsvector);
create table shop_variants (id bigserial primary key, product_id bigint not null references shop_products, sku varchar unique, price numeric(8, 2));
create table shop_orders (
  number varchar(32) primary key,
  user_id bigint references shop_users,
  created_by_id bigint references shop_users,
  approver_id bigint references shop_users,
  bill_address_id bigint references shop_addresses,
  state order_state not null,
  channel text not null default 'web' check (channel in ('web', 'phone', 'till')),
  total numeric(10, 2) not null,
  history jsonb[],
  quantities int[] not null default '{}',
  completed_at timestamptz
);
create table shop_line_items (
  id uuid primary key default gen_random_uuid(),
  order_number varchar not null references shop_orders,
  variant_id bigint not null references shop_variants,
  quantity int not null
);
create table shop_shipments (order_number varchar not null references shop_orders, parcel smallint not null, carrier text, primary key (order_number, parcel));
create table shop_shipment_events (
  order_number varchar not null, parcel smallint not null, at timestamptz not null, what text,
  foreign key (order_number, parcel) references shop_shipments (order_number, parcel)
);
create table shop_payments (id bigint generated always as identity primary key, order_number varchar references shop_orders, card_token text, last4 char(4), amount money);
create table shop_visits (id bigserial, user_id bigint not null references shop_users, at timestamptz not null, url text, primary key (id, at)) partition by range (at);
create table shop_visits_2025 partition of shop_visits for values from ('2025-01-01') to ('2026-01-01');
create table shop_visits_2026 partition of shop_visits for values from ('2026-01-01') to ('2027-01-01');
create view shop_sales as select state, sum(total) from shop_orders group by state;
create table audit.changes (id bigserial primary key, user_id bigint references shop_users, "what/how" text, ip inet);
create table schema_migrations (version varchar primary key);

insert into shop_addresses (firstname, address1) select 'A' || n, n || ' Lane' from generate_series(1, 6) n;
insert into shop_users (id, email, encrypted_password, referred_by_id, ship_address_id, preferences, labels, balance, score, avatar, last_seen, birthday, locale)
  select n, 'u' || n || '@example.org', 'argon2-' || n, nullif(n - 1, 0), n, '{"a": [1, {"b": null}]}', '{x,null,"y z"}', n * 1.10, n / 3.0, '\x00ff', now(), '2000-02-29', 'de' from generate_series(1, 3) n;
insert into shop_roles values (1, 'buyer');
insert into shop_role_users select 1, n from generate_series(1, 3) n;
insert into shop_products (name) values ('Tea');
insert into shop_variants (product_id, sku, price) values (1, 'T', 2);
insert into shop_orders (number, user_id, created_by_id, approver_id, bill_address_id, state, total, history, quantities)
  select 'R' || n, 1 + n % 3, 3, 2, 1 + n % 6, (array['cart', 'paid', 'shipped', 'it''s "gone"'])[1 + n % 4]::order_state, n, array['{"x": 1}'::jsonb], array[n, null] from generate_series(1, 1300) n;
insert into shop_line_items (order_number, variant_id, quantity) select number, 1, 2 from shop_orders, generate_series(1, 2);
insert into shop_shipments select number, parcel, 'post' from shop_orders, generate_series(1, 2) parcel;
insert into shop_shipment_events select order_number, parcel, now(), 'sent' from shop_shipments;
insert into shop_payments (order_number, card_token, last4, amount) select number, 'tok_' || number, '4242', 5 from shop_orders;
insert into shop_visits (user_id, at, url) select 1 + n % 3, '2025-12-25'::timestamptz + n * interval '1 day', '/' || n from generate_series(1, 30) n;
insert into audit.changes (user_id, "what/how") select 1 + n % 3, 'x' from generate_series(1, 9) n;
