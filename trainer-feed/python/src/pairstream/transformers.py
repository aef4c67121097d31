"""Hugging Face's ``Trainer`` over a loader, in place of a data set.

    from pairstream.transformers import Trainer

    Trainer(model, args=arguments, train_dataset=TorchLoader(source, view, batch_size=96)).train()

Needs transformers, which is not among the package's own requirements.
"""

from __future__ import annotations

from typing import Any

import transformers
from transformers.trainer_callback import ExportableState

from pairstream.errors import PositionRefused
from pairstream.torch import TorchLoader


class Trainer(transformers.Trainer):
    """A ``transformers.Trainer`` whose ``train_dataset`` and ``eval_dataset`` may be loaders.

    Their batches go to the model as they are: ``batch_size`` is the loader's, and each process has its own share. The
    Trainer's checkpoints hold the position, from which ``train(resume_from_checkpoint=...)`` goes on, with any number of
    processes. Set ``remove_unused_columns=False`` where the model takes ``**kwargs``; other data sets are as always.

    Args:
        arguments: as of ``transformers.Trainer``. Make the loader after ``TrainingArguments``, by which processes know
            their rank
    """

    def __init__(self, *arguments: Any, **others: Any) -> None:
        super().__init__(*arguments, **others)
        if isinstance(self.train_dataset, TorchLoader):
            # The position says where to go on; nothing is read to be passed over.
            self.args.ignore_data_skip = True
            self.add_callback(_FeedPosition())

    def get_train_dataloader(self) -> Any:
        """The loader itself."""
        return self.train_dataset if isinstance(self.train_dataset, TorchLoader) else super().get_train_dataloader()

    def get_eval_dataloader(self, eval_dataset: Any = None) -> Any:
        """The loader itself."""
        found = self.eval_dataset if eval_dataset is None else eval_dataset
        return found if isinstance(found, TorchLoader) else super().get_eval_dataloader(eval_dataset)


class _FeedPosition(transformers.TrainerCallback, ExportableState):
    """Keeps the loader's position in ``trainer_state.json``."""

    def __init__(self) -> None:
        self._loader: TorchLoader | None = None

    def state(self) -> dict[str, Any]:
        return {"args": {}, "attributes": {}, "position": self._loader and self._loader.state_dict()}

    def on_train_begin(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        self._loader = others["train_dataloader"]
        saved = state.stateful_callbacks.get(type(self).__name__, {}).get("position")
        if saved:
            self._loader.load_state_dict(saved)
        elif state.global_step:
            raise PositionRefused(
                "the checkpoint was made without the loader: it does not say which batch is the next one; begin anew, or "
                "save checkpoints by pairstream.transformers.Trainer"
            )
