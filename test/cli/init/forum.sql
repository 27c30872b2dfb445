-- A forum with a blog, in the shape of PHP applications: one prefix, no foreign keys, dates of zeros, states as enums.
set sql_mode = '';
create table fx_users (
  ID bigint unsigned not null auto_increment primary key,
  user_login varchar(60) not null default '',
  user_pass varchar(255) not null default '',
  user_email varchar(100) not null default '',
  user_registered datetime not null default '0000-00-00 00:00:00',
  user_activation_key varchar(255) not null default '',
  user_status int not null default 0,
  display_name varchar(250) not null default '' comment 'What others see of them.',
  key user_login_key (user_login)
);
create table fx_usermeta (umeta_id bigint unsigned not null auto_increment primary key, user_id bigint unsigned not null default 0, meta_key varchar(255), meta_value longtext);
create table fx_posts (
  ID bigint unsigned not null auto_increment primary key,
  post_author bigint unsigned not null default 0,
  post_date datetime not null default '0000-00-00 00:00:00',
  post_day date not null default '0000-00-00',
  post_content longtext not null,
  post_status enum('publish', 'draft', 'it''s "odd"') not null default 'publish',
  flags set('a', 'b'),
  doc json,
  uuid binary(16),
  bits bit(9),
  ratio float,
  `order` int,
  `say "hi" ``twice``` text
);
create table fx_comments (
  comment_ID bigint unsigned not null auto_increment primary key,
  post_id bigint unsigned not null,
  user_id bigint unsigned not null default 0,
  comment_content text,
  deleted_by bigint unsigned
);
create table fx_postmeta (meta_id bigint unsigned not null auto_increment primary key, post_id bigint unsigned not null, meta_key varchar(255), meta_value longtext);
create table fx_topic_reads (user_id bigint unsigned not null, topic varchar(40) not null, read_at timestamp not null default current_timestamp, primary key (user_id, topic));
create table fx_votes (user_id bigint unsigned not null, kind enum('up', 'down') not null, post_id bigint unsigned not null, primary key (kind, user_id, post_id));
create table fx_options (option_id bigint unsigned not null auto_increment primary key, option_name varchar(191) not null unique, option_value longtext not null);
create view fx_active as select ID from fx_users where user_status = 0;
insert into fx_users (user_login, user_pass, user_email, display_name) values ('ada', '$P$secret1', 'ada@example.org', 'Ada'), ('bob', '$P$secret2', 'bob@example.org', 'Bob'), ('eve', '$P$secret3', 'eve@example.org', 'Eve');
insert into fx_usermeta (user_id, meta_key, meta_value) select ID, 'locale', 'de' from fx_users;
create table numbers_to_900 as with recursive n (seq) as (select 1 as seq union all select seq + 1 from n where seq < 900) select seq from n;
insert into fx_posts (post_author, post_content, post_status, flags, doc, uuid, bits, ratio) select 1 + seq % 3, concat('post ', seq), 1 + seq % 3, 'a,b', '{"a": [1, {"b": null}]}', unhex(md5(seq)), b'101', 1.1 from numbers_to_900;
insert into fx_comments (post_id, user_id, comment_content, deleted_by) select ID, 1 + ID % 2, 'x', 3 from fx_posts;
insert into fx_postmeta (post_id, meta_key) select ID, 'k' from fx_posts;
insert into fx_topic_reads (user_id, topic) select ID, seq from fx_users, numbers_to_900 where seq <= 700;
insert into fx_votes select ID, 1 + seq % 2, seq from fx_users, numbers_to_900 where seq <= 5;
insert into fx_options (option_name, option_value) values ('site', 'x');
drop table numbers_to_900;
