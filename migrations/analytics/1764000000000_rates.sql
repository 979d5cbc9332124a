-- Up Migration

create table rates (
  currency varchar(8) not null,
  day date not null,
  per_eur numeric not null check (per_eur > 0),
  primary key (currency, day)
);

grant select on rates to analytics_api;

-- Down Migration

drop table rates;
