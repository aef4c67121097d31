"""Lightning: its checkpoints hold the loader's position, and fit goes on from it, in the middle of an epoch too."""

import os

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from stream import OPTIONS, asked, loss_of, note, split, tiny_model

from pairstream.torch import TorchLoader


class Tiny(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.model = tiny_model()

    def training_step(self, batch, _):
        loss = loss_of(self.model, batch)
        note(batch, loss)
        return loss

    def validation_step(self, batch, _):
        note(batch, loss_of(self.model, batch), "validation")

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)

    # Made in these, which Lightning calls when each process knows its rank. Lightning counts the epochs.
    def train_dataloader(self):
        return TorchLoader(*split(), epochs=1, **OPTIONS)

    def val_dataloader(self):
        return TorchLoader(*split("validation"), epochs=1, **OPTIONS)


last = ModelCheckpoint(asked.checkpoint or "checkpoints", save_last=True, every_n_train_steps=1)
trainer = lightning.Trainer(
    max_epochs=2, max_steps=asked.steps or -1, callbacks=[last], accelerator="cpu", logger=False,
    devices=int(os.environ.get("WORLD_SIZE", 1)), enable_progress_bar=False,
)  # fmt: skip
trainer.fit(Tiny(), ckpt_path="last")
