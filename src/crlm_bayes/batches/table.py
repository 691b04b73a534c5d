"""From a chunk of rows to a table of answers: one row a trial, in the order in which they came."""

from typing import TYPE_CHECKING

import numpy as np

from crlm_bayes.batches import counts, ratios
from crlm_bayes.batches.plan import FAULT, SAID, VERDICT, Plan
from crlm_bayes.batches.reading import Chunk
from crlm_bayes.batches.trials import trials
from crlm_bayes.scepticism.decision import Verdict, verdicts_of

if TYPE_CHECKING:
    import pyarrow as pa


def schema(plan: Plan) -> "pa.Schema":
    """Columns of the answers and their types."""
    import pyarrow as pa

    numbers = set(plan.numbers)
    return pa.schema([(name, pa.float64() if name in numbers else pa.string()) for name in plan.columns])


def answered(chunk: Chunk, plan: Plan) -> "pa.Table":
    """Answer every row of a chunk; a row with a fault has its id and the fault, and nothing else.

    Ratios are as reported; limits and means that are no ratios are logarithms on the benefit scale, as `sceptic --json`
    has them. A number that does not exist is null.
    """
    import pyarrow as pa

    read = trials(chunk)
    sound, counted = read.sound, read.counted
    columns = {name: np.full(len(sound), np.nan) for name in plan.numbers}
    for room, rows in ((ratios, sound & ~counted), (counts, sound & counted)):
        if rows.any():
            for name, values in room.answers(read, rows, plan).items():
                columns[name][rows] = values
    arrays = {name: pa.array(values, from_pandas=True) for name, values in columns.items()}
    for name in plan.priors:
        arrays[f"{VERDICT}_{name}"] = _verdicts(columns, name, sound)
    arrays[VERDICT] = arrays[f"{VERDICT}_{plan.primary}"]
    said = (read.ids, read.measures, read.betters)
    for key, words in zip(SAID, said, strict=True):
        kept = words if key == "id" else [word if ok else None for word, ok in zip(words, sound, strict=True)]
        arrays[key] = pa.array(kept, pa.string())
    arrays[FAULT] = pa.array(read.faults, pa.string())
    return pa.table([arrays[name] for name in plan.columns], schema=schema(plan))


def _verdicts(columns: dict[str, np.ndarray], prior: str, sound: np.ndarray) -> "pa.Array":
    """Words of the verdicts under one prior; null where a row has a fault."""
    import pyarrow as pa

    keys = (f"p_mcid_{prior}", f"p_benefit_{prior}", f"p_harm_{prior}")
    places = np.zeros(len(sound), dtype=np.int32)
    places[sound] = verdicts_of(*(columns[key][sound] for key in keys))
    words = pa.array([str(verdict) for verdict in Verdict])
    return pa.DictionaryArray.from_arrays(pa.array(places, mask=~sound), words).dictionary_decode()
