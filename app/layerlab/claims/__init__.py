"""The ledger: what the sources claim, recomputed on this machine and set beside it.

    for verdict in ledger():
        print(verdict.id, verdict.verdict, verdict.measured)

`claims()` lists the rows without computing anything, `claim("D16")` finds one, `examine`
computes one, `ledger_job` is a `core.jobs.Job` of as many as one likes. No answer is stored.
"""

from layerlab.claims.base import Claim as Claim
from layerlab.claims.base import Verdict as Verdict
from layerlab.claims.examination import examine as examine
from layerlab.claims.examination import ledger as ledger
from layerlab.claims.registry import claim as claim
from layerlab.claims.registry import claims as claims
from layerlab.claims.work import ledger_job as ledger_job
