-- The klyngemidler by another program: SQLite over the data files, in whole numbers and doubles, knowing nothing of kkrlib.
-- One row per klynge: region, klynge, kommuner, regioner (kroner). Membership as stored (København undivided).
with aar as (select * from klynge_aar where aar = :aar),
folk as (
    select kommunekode, befolkning from bilag_a where kvoteaar = (select kvoteaar from aar)
),
medlem as (
    select m.region, m.klynge, m.kommunekode, f.befolkning
    from klynge_medlemmer m join folk f using (kommunekode)
    where m.bidragsandel = '1'
),
klynge as (
    select region, klynge, sum(befolkning) as folk from medlem group by region, klynge
)
select k.region, k.klynge,
       1.0 * (select pulje_kommuner from aar) * k.folk / (select sum(befolkning) from folk) as kommuner,
       1.0 * p.pulje * k.folk / (select sum(f.folk) from klynge f where f.region = k.region) as regioner
from klynge k join klynge_regionspuljer p on p.region = k.region and p.aar = :aar;
