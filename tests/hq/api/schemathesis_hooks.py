"""Half of Schemathesis' requests ask for things that there are; it would hardly ever guess an id."""

import os

import orjson
import schemathesis

IDS = orjson.loads(os.environ.get("TILLSIDE_IDS", "{}"))


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Put an id that exists in the place of every other guess: which ones goes by the guess itself."""
    if not path_parameters:
        return path_parameters
    noun = (context.operation.definition.raw.get("tags") or [""])[0]
    return {
        name: IDS.get(f"{noun}.{name}", IDS.get(name, value)) if len(str(value)) % 2 else value
        for name, value in path_parameters.items()
    }
